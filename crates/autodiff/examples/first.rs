use wengert_autodiff::*;
fn main() {
    let tape = Tape::new();
    let x = tape.input([0.5, -1.0, 2.0]);
    let y = (x * x.sin()).sum();
    let [dy] = tape.grad(y, [x]);
    let [d2y] = tape.grad(dy.sum(), [x]);
    println!("{} {} {}", y.value(), dy.value(), d2y.value());
    println!("{:?}", tape.statistics());
    let j = tape.jacobian(x * x.sum(), x);
    println!("{j}");
    // W1
    for _ in 0..3 {
        let mut tape = Tape::new();
        for round in 0..3 {
            let t0 = std::time::Instant::now();
            let (g, t1, t2, t3);
            {
                let (x0, a, b) = (tape.input(1.0), tape.input(0.5), tape.input(0.5));
                let mut x = x0;
                for _ in 0..10_000 {
                    x = x.sin() * a + b * x;
                }
                t1 = t0.elapsed();
                g = tape.grad(x, [x0, a, b]);
                t2 = t0.elapsed();
                let [v, gx, ga, gb] = tape.run([x, g[0], g[1], g[2]]);
                t3 = t0.elapsed();
                println!(
                    "round {round}: {} {} {} {} record {:?} grad {:?} run {:?} => {} ns/op, {:?} nodes {}",
                    v.item(),
                    gx.item(),
                    ga.item(),
                    gb.item(),
                    t1,
                    t2 - t1,
                    t3 - t2,
                    t3.as_nanos() as f64 / 40000.0,
                    tape.statistics(),
                    tape.len()
                );
                if round == 2 {
                    let p = tape.program([x0, a, b], [x, g[0], g[1], g[2]]);
                    let (i, h) =
                        (wengert_tensor::Tensor::from(1.0), wengert_tensor::Tensor::from(0.5));
                    for _ in 0..3 {
                        let t = std::time::Instant::now();
                        let [_, _, _, _] = p.run([&i, &h, &h]);
                        println!("program {} ns/op", t.elapsed().as_nanos() as f64 / 40000.0);
                    }
                }
            }
            tape.clear();
        }
    }
}
