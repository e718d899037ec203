use wengert_tensor::{Array, DType, Range, Shape, Tensor};

#[track_caller]
fn check(x: impl Into<Tensor>, dtype: DType, shape: impl Into<Shape>, values: &[f64]) {
    let x = x.into();
    assert_eq!((x.dtype(), x.shape(), x.to_vec_f64()), (dtype, &shape.into(), values.to_vec()));
}

#[test]
fn literals_become_tensors() {
    check(1.5, DType::F64, [], &[1.5]);
    check([1.0, 2.0], DType::F64, [2], &[1.0, 2.0]);
    check([[1_f32, 2.0], [3.0, 4.0]], DType::F32, [2, 2], &[1.0, 2.0, 3.0, 4.0]);
    check([[[1_i64], [2]]], DType::I64, [1, 2, 1], &[1.0, 2.0]);
    check([[[[1.0], [2.0]]], [[[3.0], [4.0]]]], DType::F64, [2, 1, 2, 1], &[1.0, 2.0, 3.0, 4.0]);
    check(vec![1_i64, 2], DType::I64, [2], &[1.0, 2.0]);
    check(&[1_f32, 2.0][..], DType::F32, [2], &[1.0, 2.0]);
    check([[0_f64; 0]; 3], DType::F64, [3, 0], &[]);
}

#[test]
fn rows_make_a_matrix() {
    let x = Tensor::from_rows(&[vec![1.0, 2.0], vec![3.0, 4.0]]).unwrap();
    assert_eq!(x, Tensor::from([[1.0, 2.0], [3.0, 4.0]]));
    let error = Tensor::from_rows(&[vec![1.0, 2.0], vec![3.0]]).unwrap_err();
    assert_eq!(error.to_string(), "row 1 has 1 value, but row 0 has 2");
    assert_eq!(*Tensor::from_rows::<f32>(&[]).unwrap().shape(), Shape::from([0, 0]));
}

#[test]
fn made_of_one_value() {
    check(Tensor::zeros(DType::F32, [2]), DType::F32, [2], &[0.0, 0.0]);
    check(Tensor::ones(DType::I64, [1, 2]), DType::I64, [1, 2], &[1.0, 1.0]);
    check(Tensor::full(DType::F64, [], 2.5), DType::F64, [], &[2.5]);
    check(Tensor::arange(3), DType::I64, [3], &[0.0, 1.0, 2.0]);
    assert_eq!(Tensor::arange(3).bytes(), 24);
    assert_eq!(Tensor::from(2.5_f32).item(), 2.5);
}

#[test]
fn casts_round_and_never_truncate() {
    let x = Tensor::from([0.1, 16_777_217.0]);
    check(x.cast(DType::F32).unwrap(), DType::F32, [2], &[f64::from(0.1_f32), 16_777_216.0]);
    check(Tensor::arange(2).cast(DType::F64).unwrap(), DType::F64, [2], &[0.0, 1.0]);
    check(Tensor::arange(2).cast(DType::F32).unwrap(), DType::F32, [2], &[0.0, 1.0]);
    assert_eq!(x.cast(DType::F64).unwrap(), x);
    let error = x.cast(DType::I64).unwrap_err();
    assert_eq!(error.to_string(), "f64 values are not indices (i64)");
}

#[test]
fn kinds_do_not_mix() {
    let x = Tensor::from([1.0, 2.0]);
    assert_eq!(x.array::<f64>(), Some(&Array::from_vec(vec![1.0, 2.0], [2]).unwrap()));
    assert_eq!(x.array::<f32>(), None);
    assert_ne!(x, x.cast(DType::F32).unwrap());
    assert_eq!(format!("{x:?}"), "f64 Array [2] [1.0, 2.0]");
    assert_eq!(format!("{:>5}", x.dtype()), "  f64");
}

#[test]
fn views_keep_the_kind() {
    let x = Tensor::from([[1_i64, 2, 3], [4, 5, 6]]);
    let column = [Range { start: 0, step: 1, len: 2 }, Range { start: 2, step: 1, len: 1 }];
    assert_eq!(x.slice(&column), Tensor::from([[3_i64], [6]]));
    assert_eq!(x.permute(&[1, 0]), Tensor::from([[1_i64, 4], [2, 5], [3, 6]]));
    assert_eq!(x.flip(&[1]), Tensor::from([[3_i64, 2, 1], [6, 5, 4]]));
    assert_eq!(Tensor::from([1_i64, 2]).expand(&[(0, 2)]), Tensor::from([[1_i64, 2], [1, 2]]));
    assert_eq!(x.reshape([6]).unwrap(), Tensor::from([1_i64, 2, 3, 4, 5, 6]));
    assert!(x.reshape([5]).is_err());
}
