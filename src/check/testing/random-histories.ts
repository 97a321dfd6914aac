import type { Operation } from "../history.ts";
import type { Specification } from "../specification.ts";

/** Draws below a bound, the same ones for the same seed. */
export const drawing = (seed: number): ((bound: number) => number) => {
  let state = (seed * 2654435761) | 1;
  return (bound) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % bound;
  };
};

/** What random histories look like. */
export interface HistoryShape<Input, Output> {
  readonly operations: number;
  readonly processes: number;
  /** Of 100 operations, how many get no answer. */
  readonly indeterminate: number;
  input(draw: (bound: number) => number): Input;
  /** An output that may or may not be right. */
  output(draw: (bound: number) => number, input: Input): Output | undefined;
}

interface Draft<Input, Output> {
  readonly process: number;
  readonly input: Input;
  readonly call: number;
  readonly effect: number;
  readonly end: number;
  readonly isLost: boolean;
  output?: Output | undefined;
}

const drafts = <Input, Output>(
  draw: (bound: number) => number,
  shape: HistoryShape<Input, Output>,
): Draft<Input, Output>[] => {
  const clocks = Array.from({ length: shape.processes }, () => 0);
  return Array.from({ length: shape.operations }, () => {
    const process = draw(shape.processes);
    const call = clocks[process]! + draw(6);
    const effect = call + draw(8);
    const end = effect + draw(8);
    const isLost = draw(100) < shape.indeterminate;
    clocks[process] = isLost ? call + 1 : end + 1;
    return { process, input: shape.input(draw), call, effect: isLost ? call + draw(60) : effect, end, isLost };
  });
};

/**
 * A random history. Half of them come from an atomic object, so that they are linearizable; of these half get one
 * answer changed. In the other half the answers are arbitrary. Times collide often.
 */
export const randomHistory = <State, Input, Output>(
  seed: number,
  { init, apply }: Specification<State, Input, Output>,
  shape: HistoryShape<Input, Output>,
): Operation<Input, Output>[] => {
  const draw = drawing(seed);
  const all = drafts(draw, shape);
  const isArbitrary = draw(2) === 0;
  let state = init();
  for (const draft of all.slice().sort((a, b) => a.effect - b.effect)) {
    if (isArbitrary) draft.output = shape.output(draw, draft.input);
    else if (!draft.isLost || draw(2) === 0) ({ state, output: draft.output } = apply!(state, draft.input));
  }
  const changed = all[draw(2 * all.length)];
  if (changed !== undefined) changed.output = shape.output(draw, changed.input);
  return all.map(({ process, input, call, end, isLost, output }) => ({
    process,
    input,
    invokedAt: call,
    ...(isLost ? {} : { returnedAt: end }),
    ...(isLost || output === undefined ? {} : { output }),
  }));
};
