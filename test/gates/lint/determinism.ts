// expected findings stand at the end of their line; every other line must pass
export const bad: readonly unknown[] = [
  Math.random(), // ✗ plugin
  Math.log(2), // ✗ plugin
  Math?.exp(1), // ✗ plugin
  2 ** 3, // ✗ plugin
  "a".localeCompare("b"), // ✗ plugin
  "a"?.toLocaleUpperCase(), // ✗ plugin
];
export const aliased: typeof Math = Math; // ✗ plugin
const { random } = Math; // ✗ plugin
const key = "random";
export const computed: unknown = [random, Math[key]]; // ✗ plugin
export const passed: unknown = [Math].map((math) => math.random()); // ✗ plugin
export let power = 2;
power **= 2; // ✗ plugin
power *= 2;
export const good: readonly number[] = [Math.max(1, 2), Math.floor(1.5), Math.imul(3, 4), Math.sqrt(9)];
