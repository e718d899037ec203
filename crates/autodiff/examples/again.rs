//! x
use wengert_autodiff::*;
fn main() {
    let mut best = [f64::MAX; 5];
        let mut tape = Tape::new();
    for _ in 0..300 {
            let t0 = std::time::Instant::now();
            let (g, t1, t2, t3);
            {
                let (x0, a, b) = (tape.input(1.0), tape.input(0.5), tape.input(0.5));
                let mut x = x0;
                for _ in 0..10_000 { x = x.sin() * a + b * x; }
                t1 = t0.elapsed();
                g = tape.grad(x, [x0, a, b]);
                t2 = t0.elapsed();
                let [_v, _gx, _ga, _gb] = tape.run([x, g[0], g[1], g[2]]);
                t3 = t0.elapsed();
                let f = |d: std::time::Duration| d.as_nanos() as f64 / 40000.0;
                best[0] = best[0].min(f(t1)); best[1] = best[1].min(f(t2 - t1)); best[2] = best[2].min(f(t3 - t2)); 
                best[4] = best[4].min(f(t3)); 
            }
            tape.clear();
                best[3] = best[3].min(t0.elapsed().as_nanos() as f64 / 40000.0 - t3.as_nanos() as f64 / 40000.0);
    }
    println!("best: record {} grad {} run {} clear {} again {}", best[0], best[1], best[2], best[3], best[4]);
}
