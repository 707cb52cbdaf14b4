// @ts-check
// The machine's own peak of 128-bit multiply-adds in WebAssembly: a bare loop over accumulators that stay in registers. Measured with the
// relaxed fused multiply-add, where the engine may use one, and with multiply then add; the better one is what a matrix product is held against.
import { performance } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';

const accumulators = [8, 10, 12, 14];
const laneCount = 4;

/** LEB128. @param {number} value @returns {number[]} */
const leb = (value) => (value < 128 ? [value] : [(value & 127) | 128, ...leb(value >>> 7)]);
/** @param {number} id @param {number[]} body */
const section = (id, body) => [id, ...leb(body.length), ...body];

/**
 * A module with one function (iterations: i32) -> f32 whose loop body is `count` independent accumulators, each x = x * a + b.
 * @param {number} count @param {boolean} fused
 */
function loopModule(count, fused) {
  const simd = 0xfd;
  const get = (/** @type {number} */ local) => [0x20, ...leb(local)];
  const set = (/** @type {number} */ local) => [0x21, ...leb(local)];
  const [iterations, a, b, first] = [0, 1, 2, 3];
  const constant = (/** @type {number} */ value) => [0x43, ...new Uint8Array(new Float32Array([value]).buffer), simd, 0x13]; // f32.const, f32x4.splat
  const multiplyAdd = fused ? [simd, ...leb(0x105)] : []; // f32x4.relaxed_madd
  const steps = Array.from({ length: count }, (_, index) => {
    const local = first + index;
    const body = fused ? [...get(local), ...get(a), ...get(b), ...multiplyAdd] : [...get(local), ...get(a), simd, ...leb(0xe6), ...get(b), simd, ...leb(0xe4)]; // f32x4.mul, f32x4.add
    return [...body, ...set(local)];
  }).flat();
  const sum = Array.from({ length: count - 1 }, (_, index) => [...get(first + index + 1), simd, ...leb(0xe4)]).flat();
  const code = [
    ...constant(0.999), ...set(a), ...constant(0.001), ...set(b),
    ...Array.from({ length: count }, (_, index) => [...constant(index), ...set(first + index)]).flat(),
    0x03, 0x40, // loop
    ...steps,
    ...get(iterations), 0x41, 0x01, 0x6b, 0x22, iterations, // i32.const 1, i32.sub, local.tee
    0x0d, 0x00, 0x0b, // br_if 0, end
    ...get(first), ...sum, simd, 0x1f, 0x00, 0x0b, // f32x4.extract_lane 0, end
  ];
  const body = [1, ...leb(count + 2), 0x7b, ...code]; // locals: v128
  return new Uint8Array([
    0, 0x61, 0x73, 0x6d, 1, 0, 0, 0,
    ...section(1, [1, 0x60, 1, 0x7f, 1, 0x7d]),
    ...section(3, [1, 0]),
    ...section(7, [1, 1, 0x66, 0, 0]),
    ...section(10, [1, ...leb(body.length), ...body]),
  ]);
}

/** @param {boolean} fused @returns {number | null} GFLOP/s, null where the machine's WebAssembly has no such instruction */
function peakOf(fused) {
  let best = null;
  for (const count of accumulators) {
    const bytes = loopModule(count, fused);
    if (!WebAssembly.validate(bytes)) return null;
    const loop = /** @type {(iterations: number) => number} */ (new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports['f']);
    const iterations = 4_000_000;
    for (let round = 0; round < 8; round++) {
      const start = performance.now();
      loop(iterations);
      const rate = (2 * laneCount * count * iterations) / (performance.now() - start) / 1e6;
      if (best === null || rate > best) best = rate;
    }
  }
  return best;
}

/** GFLOP/s of one thread. @returns {{ fused: number | null, separate: number | null }} */
export function multiplyAddPeak() {
  // Node 20 has the fused instruction behind a flag; later ones always have it and know no such flag.
  if (!WebAssembly.validate(loopModule(8, true))) setFlagsFromString('--experimental-wasm-relaxed-simd');
  return { fused: peakOf(true), separate: peakOf(false) };
}
