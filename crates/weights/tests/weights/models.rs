//! Parameters that are saved and loaded by name.

use std::fs;

use proptest::prelude::*;
use wengert_autodiff::{ParamId, Params, Precision};
use wengert_tensor::{DType, Shape, Tensor};
use wengert_weights::{Problem, Report, Strictness, load, save};

use crate::{Directory, bits, python};

/// A model for the file that Python has written, but for one tensor of half precision.
fn for_python() -> (Params, [ParamId; 5]) {
    let mut params = Params::f64(0);
    let mut params_32 = |name: &str, shape: &[usize]| {
        let id = params.add(name, Tensor::zeros(DType::F64, shape));
        params.get_mut(id).value = Tensor::zeros(DType::F32, shape);
        id
    };
    let (weight, scale) = (params_32("encoder.weight", &[2, 3]), params_32("scale", &[]));
    let empty = params_32("empty", &[0, 3]);
    let bias = params.add("encoder.bias", [0.0; 3]);
    let labels = params.add("labels", Tensor::from([0_i64; 2]));
    (params, [weight, bias, scale, labels, empty])
}

#[test]
fn what_python_has_written() {
    let (mut params, ids) = for_python();
    let report = load(python(), &mut params, Strictness::EXACT.allow_unexpected()).unwrap();
    let [weight, bias, scale, labels, empty] = ids.map(|id| params[id].value.clone());
    assert_eq!(weight, Tensor::from([[1.5_f32, -2.0, 0.1], [1e-40, f32::INFINITY, 3e38]]));
    assert_eq!(bias, Tensor::from([0.1, -0.0, 1e300]));
    assert!(bias.to_vec_f64()[1].is_sign_negative());
    assert_eq!(scale, Tensor::from(2.5_f32));
    assert_eq!(labels, Tensor::from([-1, 1_i64 << 62]));
    assert_eq!(empty, Tensor::zeros(DType::F32, [0, 3]));
    assert_eq!(report.unexpected, ["half"]);
    assert_eq!(report.loaded.len(), 5);
}

#[test]
fn all_differences_are_said_at_once_and_nothing_changes() {
    let mut params = Params::f32(0);
    params.add("encoder.weight", [[1.0; 2]; 3]);
    params.add("encoder.bias", [1.0; 3]);
    params.add("half", [1.0; 2]);
    params.add("decoder.weight", [1.0]);
    params.add("labels", [1.0, 1.0]);
    let before = bits(&params);
    let refused = load(python(), &mut params, Strictness::EXACT).unwrap_err();
    let expected = [
        "these are not the tensors of the model:",
        "\"decoder.weight\" is missing",
        "\"empty\" is not expected",
        "\"scale\" is not expected",
        "\"encoder.weight\" is [2, 3] of f32, expected [3, 2] of f32",
        "\"encoder.bias\" is [3] of f64, expected [3] of f32",
        "\"half\" is [2] of f16, expected [2] of f32",
        "\"labels\" is [2] of i64, expected [2] of f32",
    ];
    let text = refused.to_string();
    let text = text.strip_prefix(&format!("{}: ", python().display())).unwrap();
    assert_eq!(text.lines().collect::<Vec<_>>(), expected);
    assert_eq!(bits(&params), before);
    // What is allowed is not complained about; the rest still is.
    let allowed = Strictness::EXACT.allow_missing().allow_unexpected().convert();
    let refused = load(python(), &mut params, allowed).unwrap_err();
    let Problem::Differences(differences) = refused.problem else { panic!("{refused}") };
    assert!(differences.missing.is_empty() && differences.unexpected.is_empty());
    assert_eq!(differences.mismatched.len(), 3);
}

#[test]
fn precisions_are_converted_when_asked() {
    let directory = Directory::new("precisions");
    let path = directory.file("w");
    let numbers = [0.1, 1e300, -1e-300, f64::NAN];
    let mut double = Params::f64(0);
    double.add("w", numbers);
    save(&path, &double).unwrap();
    let mut single = Params::f32(0);
    let w = single.add("w", [0.0; 4]);
    let report = load(&path, &mut single, Strictness::EXACT.convert()).unwrap();
    let names = vec!["w".to_owned()];
    let expected = Report { loaded: names.clone(), converted: names, ..Report::default() };
    assert_eq!(report, expected);
    let rounded = numbers.map(|x| f64::from(x as f32).to_bits());
    assert_eq!(
        single[w].value.to_vec_f64().iter().map(|x| x.to_bits()).collect::<Vec<_>>(),
        rounded
    );
    // And back, exactly.
    save(&path, &single).unwrap();
    load(&path, &mut double, Strictness::EXACT.convert()).unwrap();
    assert_eq!(bits(&double)[0].2, rounded);
}

#[test]
fn equal_models_are_equal_files_and_alignment_holds() {
    let directory = Directory::new("equal");
    let (params, _) = for_python();
    let [a, b] = ["a", "b"].map(|name| directory.file(name));
    save(&a, &params).unwrap();
    save(&b, &params).unwrap();
    let bytes = fs::read(a).unwrap();
    assert_eq!(bytes, fs::read(b).unwrap());
    let header = u64::from_le_bytes(bytes[..8].try_into().unwrap());
    assert_eq!(header % 8, 0);
    let text = std::str::from_utf8(&bytes[8..8 + header as usize]).unwrap();
    // Numbers of eight bytes come first.
    assert!(text.contains(r#""encoder.bias":{"data_offsets":[0,24],"dtype":"F64","shape":[3]}"#));
    assert!(
        text.contains(r#""scale":{"data_offsets":[64,68],"dtype":"F32","shape":[]}"#),
        "{text}"
    );
}

#[test]
fn views_are_written_as_they_read() {
    let directory = Directory::new("views");
    let path = directory.file("w");
    let mut params = Params::f64(0);
    let w = params.add("w", [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]);
    params.get_mut(w).value = params[w].value.permute(&[1, 0]).flip(&[0]);
    save(&path, &params).unwrap();
    let mut again = Params::f64(0);
    let w = again.add("w", [[0.0; 2]; 3]);
    load(&path, &mut again, Strictness::EXACT).unwrap();
    assert_eq!(again[w].value.to_string(), "[[3. 6.]\n [2. 5.]\n [1. 4.]]");
}

#[test]
fn names_that_are_taken() {
    let directory = Directory::new("names");
    let path = directory.file("w");
    let mut params = Params::f32(0);
    params.add("a", [1.0]);
    let b = params.add("b", [1.0]);
    let mut refusal = |name: &str| {
        params.get_mut(b).name = name.into();
        save(&path, &params).unwrap_err().problem.to_string()
    };
    assert_eq!(refusal("a"), "there are two tensors named \"a\"");
    let expected = "no tensor can be named \"__metadata__\" in such a file";
    assert_eq!(refusal("__metadata__"), expected);
    assert_eq!(directory.names(), [""; 0]);
}

/// A tensor of any type and any shape of few elements, and of any bits.
fn tensor() -> impl Strategy<Value = Tensor> {
    let shape = prop::collection::vec(0..4_usize, 0..4);
    (shape, 0..3_u8, any::<u64>()).prop_map(|(shape, kind, seed)| {
        let shape = Shape::from(shape);
        let bits = (1..).map(move |k: u64| seed.wrapping_mul(2 * k + 1).rotate_left(k as u32));
        let bits = bits.take(shape.size());
        let tensor = match kind {
            0 => Tensor::from_vec(bits.map(f64::from_bits).collect(), shape),
            1 => Tensor::from_vec(bits.map(|x| f32::from_bits(x as u32)).collect(), shape),
            _ => Tensor::from_vec(bits.map(u64::cast_signed).collect::<Vec<_>>(), shape),
        };
        tensor.unwrap()
    })
}

proptest! {
    // Each waits for the disk.
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_model_is_read_as_it_was_written(
        tensors in prop::collection::btree_map("[^\u{0}]{0,8}", tensor(), 0..6),
    ) {
        let directory = Directory::new("any");
        let path = directory.file("any model");
        let (mut params, mut again) = (Params::f32(0), Params::f32(0));
        for (name, tensor) in &tensors {
            let zeros = Tensor::zeros(DType::F32, []);
            let (id, twin) = (params.add(name, &zeros), again.add(name, &zeros));
            params.get_mut(id).value = tensor.clone();
            again.get_mut(twin).value = Tensor::zeros(tensor.dtype(), tensor.shape().clone());
        }
        save(&path, &params).unwrap();
        let report = load(&path, &mut again, Strictness::EXACT).unwrap();
        prop_assert_eq!(report.loaded.len(), tensors.len());
        prop_assert_eq!(bits(&again), bits(&params));
        prop_assert_eq!(again.precision(), Precision::F32);
    }
}
