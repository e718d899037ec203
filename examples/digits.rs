//! Learns to read handwritten digits, with the training loop written out:
//! `cargo run --release --example digits`.

use wengert::data::DataError;
use wengert::nn::metrics::accuracy;
use wengert::prelude::*;

fn main() -> Result<(), DataError> {
    // 1,797 images of 8×8 pixels, each feature brought to mean 0 and standard deviation 1.
    let [mut train, mut test] = stratified_split(&digits(), [0.8, 0.2], 0)?;
    let scale = Standardizer::fit(&train.x)?;
    train.x = scale.apply(&train.x)?;
    test.x = scale.apply(&test.x)?;

    // The parameters are yours; layers hold keys to them.
    let mut params = Params::f32(0);
    let model = Sequential::new().dense(&mut params, 64, 128).relu().dense(&mut params, 128, 10);
    let mut adam = Adam::new(2e-3);
    let mut tape = Tape::f32();

    for epoch in 1..=15 {
        let mut sum = 0.0;
        for batch in train.batches(32).shuffled(epoch) {
            let step = tape.value_and_grad(&params, |scope| {
                let logits = model.forward(scope, scope.input(&batch.x));
                (logits.cross_entropy(&batch.y), [])
            });
            adam.step(&mut params, &step.gradients);
            sum += step.loss * batch.rows.len() as f64;
        }

        let logits = tape.evaluate(&params, |scope| model.forward(scope, scope.input(&test.x)));
        let (loss, accuracy) = (sum / train.len() as f64, 100.0 * accuracy(&logits, &test.y));
        println!("epoch {epoch:2}: training loss {loss:.4}, test accuracy {accuracy:.2} %");
    }
    Ok(())
}
