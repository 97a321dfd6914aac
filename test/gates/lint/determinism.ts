export const bad: readonly unknown[] = [
  Math.random(),
  Math.log(2),
  Math?.exp(1),
  2 ** 3,
  Math["random"](),
  "a".localeCompare("b"),
  "a"?.toLocaleUpperCase(),
];
export const aliased = Math;
export const { random } = Math;
export const passed: unknown = [Math].map((math) => math.random());
export let power = 2;
power **= 2;
export const good: readonly number[] = [Math.max(1, 2), Math.floor(1.5), Math.imul(3, 4)];
export let plain = 1;
plain = 2;
plain *= 3;
