//! What is in a checkpoint comes out again, and what isn't is missed.

use wengert_autodiff::{Params, Tape};
use wengert_optim::{Adam, Ema, Optimizer, ReduceOnPlateau, Sgd};
use wengert_weights::{Checkpoint, WeightsError};

use crate::{Directory, bits};

fn model() -> Params {
    let mut params = Params::f32(5);
    let w = params.normal([2, 3], 0.0, 1.0);
    params.add("w", w);
    params.add_buffer("mean", [1.0, 2.0]);
    params
}

fn text<T>(result: Result<T, WeightsError>) -> String {
    result.map(drop).unwrap_err().to_string()
}

#[test]
fn everything_comes_out_again() {
    let directory = Directory::new("everything");
    let path = directory.file("checkpoint");
    let params = model();
    let mut ema = Ema::new(0.9);
    ema.update(&params);
    let mut plateau = ReduceOnPlateau::new(0.3);
    plateau.observe(f64::INFINITY);
    let mut tape = Tape::f32();
    tape.set_random_state((u64::MAX, u64::MAX - 1));
    Checkpoint::new()
        .params(&params)
        .optimizer(&Sgd::new(0.1), &params)
        .state("average", ema.state(&params))
        .state("plateau", plateau.state())
        .random(&tape)
        .meta("seed", u64::MAX)
        .meta("loss", 0.1)
        .meta("note", "ends here: \"\u{1F600}\"\n")
        .save(&path)
        .unwrap();

    let checkpoint = Checkpoint::load(&path).unwrap();
    let mut again = Params::f32(0);
    again.add_buffer("mean", [0.0; 2]);
    again.add("w", [[0.0; 3]; 2]);
    checkpoint.restore_params(&mut again).unwrap();
    let mut sorted = bits(&params);
    sorted.sort();
    assert_eq!(bits(&again), sorted);

    let mut averages = Ema::new(0.9);
    averages.load_state(&again, checkpoint.state_of("average").unwrap()).unwrap();
    let mut averaged = again.clone();
    averages.apply(&mut averaged);
    assert_eq!(bits(&averaged), bits(&again));
    let mut other = ReduceOnPlateau::new(0.0);
    other.load_state(checkpoint.state_of("plateau").unwrap()).unwrap();
    assert_eq!(other, plateau);
    let mut tape = Tape::f32();
    checkpoint.restore_random(&mut tape).unwrap();
    assert_eq!(tape.random_state(), (u64::MAX, u64::MAX - 1));
    let mut sgd = Sgd::new(0.0);
    checkpoint.restore_optimizer(&mut sgd, &again).unwrap();
    assert_eq!(sgd.learning_rate(), 0.1);

    assert_eq!(checkpoint.parse::<u64>("seed").unwrap(), u64::MAX);
    assert_eq!(checkpoint.parse::<f64>("loss").unwrap(), 0.1);
    assert_eq!(checkpoint.get("note"), Some("ends here: \"\u{1F600}\"\n"));
}

#[test]
fn what_is_not_there_is_missed() {
    let directory = Directory::new("missed");
    let path = directory.file("checkpoint");
    Checkpoint::new().meta("epoch", "three").save(&path).unwrap();
    let checkpoint = Checkpoint::load(&path).unwrap();
    let with_path = |message: &str| format!("{}: {message}", path.display());
    let (mut params, mut tape) = (model(), Tape::f32());
    assert_eq!(
        text(checkpoint.restore_optimizer(&mut Sgd::new(0.1), &params)),
        with_path("the checkpoint has no state \"optimizer\"")
    );
    assert_eq!(
        text(checkpoint.restore_random(&mut tape)),
        with_path("the checkpoint has no random state")
    );
    assert_eq!(
        text(checkpoint.parse::<u64>("step")),
        with_path("the checkpoint has no \"step\" among its metadata")
    );
    assert_eq!(
        text(checkpoint.parse::<u64>("epoch")),
        with_path("the checkpoint says \"epoch\" is \"three\", expected u64")
    );
    assert_eq!(
        text(checkpoint.restore_params(&mut params)),
        with_path("these are not the tensors of the model:\n\"w\" is missing\n\"mean\" is missing")
    );
}

#[test]
fn another_model_and_another_optimizer_are_refused() {
    let params = model();
    let checkpoint = Checkpoint::new().params(&params).optimizer(&Adam::new(0.1), &params);
    let mut other = Params::f32(0);
    other.add("w", [[0.0; 2]; 3]);
    assert_eq!(
        text(checkpoint.restore_params(&mut other)),
        "these are not the tensors of the model:\n\
         \"mean\" is not expected\n\
         \"w\" is [2, 3] of f32, expected [3, 2] of f32"
    );
    assert_eq!(
        text(checkpoint.restore_optimizer(&mut Sgd::new(0.1), &params)),
        "optimizer: the state is of adam, expected one of sgd"
    );
}

#[test]
#[should_panic(expected = "a state can't be named \"params\"")]
fn a_state_by_the_name_of_the_parameters() {
    let state = Sgd::new(0.1).state(&model());
    let _ = Checkpoint::new().state("params", state);
}

#[test]
#[should_panic(expected = "the key \"wengert.random\" is none of one's own")]
fn a_key_that_is_none_of_ones_own() {
    let _ = Checkpoint::new().meta("wengert.random", 1);
}
