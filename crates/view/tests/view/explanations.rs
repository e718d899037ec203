//! Formulas explained as textbooks do.

use wengert_autodiff::Tape;
use wengert_tensor::Tensor;
use wengert_view::Explanation;

#[test]
fn the_backward_pass_in_sentences() {
    let tape = Tape::new();
    let (x, y) = (tape.input(0.5), tape.input(2.0));
    let explanation =
        Explanation::new("f", x * y + x.sin(), &[("x", x), ("y", y)], 1).expect("it runs");
    assert_eq!(
        explanation.steps(),
        "\
v₅ = v₃ + v₄
    v̄₅ = 1, since v₅ is the result
    v̄₃ = v̄₅ · ∂v₅/∂v₃ = v̄₅ = 1
    v̄₄ = v̄₅ · ∂v₅/∂v₄ = v̄₅ = 1
v₄ = sin(v₁)
    v̄₁ = v̄₄ · ∂v₄/∂v₁ = v̄₄ · cos(v₁) = 1 · cos(0.5) = 0.877583
v₃ = v₁ · v₂
    v̄₁ += v̄₃ · ∂v₃/∂v₁ = v̄₃ · v₂ = 1 · 2 = 2; together 2.87758
    v̄₂ = v̄₃ · ∂v₃/∂v₂ = v̄₃ · v₁ = 1 · 0.5 = 0.5
"
    );
    // Tangents by y: x does not depend on it.
    assert_eq!(explanation.lines[0].tangent, None);
    assert_eq!(explanation.lines[4].tangent, Some(Tensor::from(0.5)));
    assert!(explanation.to_string().contains("tangent by y"));
}

#[test]
fn of_several_results_the_sum_is_differentiated() {
    let tape = Tape::new();
    let x = tape.input([1.0, 2.0]);
    let text = Explanation::new("f", x * x, &[("x", x)], 0).expect("it runs").to_string();
    assert!(text.ends_with("derivatives of the sum of the result's elements\n"), "{text}");
}

#[test]
fn an_operand_that_is_used_twice() {
    let tape = Tape::new();
    let x = tape.input(3.0);
    let explanation = Explanation::new("f", x * x, &[("x", x)], 0).expect("it runs");
    assert_eq!(
        explanation.backward_sentences(1),
        [
            "v̄₂ = 1, since v₂ is the result",
            "v̄₁ = v̄₂ · ∂v₂/∂v₁ = v̄₂ · v₁ = 1 · 3 = 3",
            "v̄₁ += v̄₂ · ∂v₂/∂v₁ = v̄₂ · v₁ = 1 · 3 = 3; together 6",
        ]
    );
}

#[test]
fn matrices_are_explained_too() {
    let tape = Tape::new();
    let (x, w) = (tape.input([[1.0, 2.0]]), tape.input([[0.5], [0.25]]));
    let explanation =
        Explanation::new("f", x.matmul(w).sum(), &[("x", x), ("w", w)], 0).expect("it runs");
    let text = explanation.to_string();
    assert!(text.contains("v₃ = v₁ @ v₂"), "{text}");
    assert!(text.contains("v̄₂ = [[1], [2]]"), "{text}");
    let steps = explanation.steps();
    assert!(steps.contains("v̄₁ = v̄₃ · ∂v₃/∂v₁ = v̄₃ @ v₂ᵀ = [[0.5, 0.25]]"), "{steps}");
    assert!(steps.contains("= v₁ᵀ @ v̄₃ = [[1], [2]]"), "{steps}");
}

#[test]
fn adjoints_are_gradients() {
    let tape = Tape::new();
    let x = tape.input([0.5, -1.0, 2.0]);
    let y = (x.tanh() * x.exp()).softmax(-1).ln().sum();
    let explanation = Explanation::new("f", y, &[("x", x)], 0).expect("it runs");
    let [gradient] = tape.grad(y, [x]);
    let [tangent] = tape.jvp([y], [(x, x.ones_like())]);
    let last = explanation.lines.last().expect("the result");
    assert_eq!(explanation.lines[0].adjoint, Some(gradient.value()));
    assert_eq!(last.tangent, Some(tangent.value()));
    // What reaches a line is the sum of what its readers contribute.
    for (number, line) in explanation.lines.iter().enumerate() {
        let contributions = explanation.lines.iter().flat_map(|line| &line.contributions);
        let values = contributions.filter(|part| part.to == number).map(|part| part.value.clone());
        let values: Vec<Tensor> = values.collect();
        let (Some(adjoint), false) = (&line.adjoint, values.is_empty()) else { continue };
        for (place, wanted) in adjoint.to_vec_f64().into_iter().enumerate() {
            let sum: f64 = values.iter().map(|value| value.to_vec_f64()[place]).sum();
            assert!((sum - wanted).abs() <= 1e-12 * wanted.abs().max(1.0), "{sum} for {wanted}");
        }
    }
}

#[test]
fn inputs_that_are_not_used_and_results_that_are_inputs() {
    let tape = Tape::new();
    let (x, y) = (tape.input(1.0), tape.input(2.0));
    let unused = Explanation::new("f", x.exp(), &[("x", x), ("y", y)], 0).expect("it runs");
    assert_eq!(unused.lines[1].adjoint, None);
    let input = Explanation::new("x", x, &[("x", x)], 0).expect("it runs");
    assert_eq!(input.lines.len(), 1);
    let constant = Explanation::new("2", tape.literal(2.0), &[], 0).expect("it runs");
    assert!(constant.to_string().contains("v₁ = 2"), "{constant}");
}

#[test]
fn indices_have_values_alone() {
    let tape = Tape::new();
    let (x, k) = (tape.input([1.0, 2.0, 4.0]), tape.indices([2, 0]));
    let y = x.take(0, k).sum();
    let explanation = Explanation::new("f", y, &[("x", x), ("k", k)], 0).expect("it runs");
    assert_eq!(explanation.lines[1].adjoint, None);
    assert_eq!(explanation.lines[0].adjoint, Some(Tensor::from([1.0, 0.0, 1.0])));
}
