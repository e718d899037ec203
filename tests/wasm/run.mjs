// Loads the compiled crate beside this file and compares its gradient with the closed form.
//
// usage: node run.mjs path/to/wengert_wasm_test.wasm

import { readFile } from "node:fs/promises";

const closedForm = (x) =>
  Math.sin(x) + x * Math.cos(x) + 2 * x * (1 - Math.tanh(x * x) ** 2);

// Both sides are of order one, so that one tolerance serves every point; 1e-12 leaves room for
// two mathematical libraries that disagree in the last bits.
const points = [-3, -1.25, -0.5, 0, 1e-8, 0.5, 1, 2.75];
const tolerance = 1e-12;

const [path] = process.argv.slice(2);
if (path === undefined) {
  console.error("usage: node run.mjs path/to/wengert_wasm_test.wasm");
  process.exit(2);
}

// No imports: the engine must ask nothing of its host, neither clock nor randomness nor threads.
const { instance } = await WebAssembly.instantiate(await readFile(path), {});

let wrong = 0;
for (const x of points) {
  const found = instance.exports.gradient(x);
  const expected = closedForm(x);
  // Negated, so that NaN counts as wrong.
  if (!(Math.abs(found - expected) <= tolerance)) {
    console.error(`gradient(${x}) = ${found}, expected ${expected}`);
    wrong += 1;
  }
}
console.log(`${points.length - wrong} of ${points.length} gradients agree with the closed form`);
process.exit(wrong === 0 ? 0 : 1);
