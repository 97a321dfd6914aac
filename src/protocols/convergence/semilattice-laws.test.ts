import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { growOnlyCounter, positiveNegativeCounter, signedCounter } from "./counters.ts";
import { lastWriterWinsRegister } from "./last-writer-wins-register.ts";
import { observedRemoveSet, type SetUpdate } from "./observed-remove-set.ts";
import type { StateBasedType } from "./replicated-data.ts";

/** What happens to three replicas: one updates, or one hears of another. */
type Step<Update> =
  | { readonly kind: "update"; readonly at: number; readonly update: Update }
  | { readonly kind: "merge"; readonly at: number; readonly from: number };

const stepsOf = <Update>(updates: fc.Arbitrary<Update>): fc.Arbitrary<readonly Step<Update>[]> => {
  const replica = fc.nat(2);
  return fc.array(
    fc.oneof(
      fc.record({ kind: fc.constant("update" as const), at: replica, update: updates }),
      fc.record({ kind: fc.constant("merge" as const), at: replica, from: replica }),
    ),
    { maxLength: 20 },
  );
};

/** States that three replicas really reach: the laws hold for these, not for whatever has the right shape. */
const reach = <State, Update>(
  type: StateBasedType<State, Update, unknown>,
  steps: readonly Step<Update>[],
): readonly [State, State, State] => {
  const states: [State, State, State] = [type.initial, type.initial, type.initial];
  const made = [0, 0, 0];
  for (const step of steps) {
    const before = states[step.at]!;
    if (step.kind === "merge") states[step.at] = type.merge(before, states[step.from]!);
    else {
      const after = type.update(before, step.update, { node: step.at, number: ++made[step.at]! });
      // Inflation: what was there before the update adds nothing to what is there after it.
      expect(type.value(type.merge(after, before))).toEqual(type.value(after));
      states[step.at] = after;
    }
  }
  return states;
};

const setUpdates: fc.Arbitrary<SetUpdate<string>> = fc.record({
  kind: fc.constantFrom("add" as const, "remove" as const),
  value: fc.constantFrom("x", "y", "z"),
});

const laws = <State, Update>(type: StateBasedType<State, Update, unknown>, updates: fc.Arbitrary<Update>): void => {
  describe(type.name, () => {
    const holds = (law: (a: State, b: State, c: State) => void): void =>
      fc.assert(
        fc.property(stepsOf(updates), (steps) => {
          law(...reach(type, steps));
        }),
        { numRuns: 300 },
      );

    it("merges idempotently", () => holds((a) => expect(type.merge(a, a)).toEqual(a)));
    it("merges commutatively", () => holds((a, b) => expect(type.merge(a, b)).toEqual(type.merge(b, a))));
    it("merges associatively", () =>
      holds((a, b, c) => expect(type.merge(type.merge(a, b), c)).toEqual(type.merge(a, type.merge(b, c)))));
  });
};

laws(growOnlyCounter(), fc.nat(9));
laws(positiveNegativeCounter(), fc.integer({ min: -9, max: 9 }));
laws(lastWriterWinsRegister<string>(), fc.constantFrom("a", "b", "c"));
laws(observedRemoveSet<string>(), setUpdates);

describe("the laws can fail", () => {
  it("a counter merged by sum is not idempotent", () => {
    const wrong = growOnlyCounter({ merge: (local, remote) => local + remote });
    const one = wrong.update(wrong.initial, 1, { node: 0, number: 1 });
    expect(wrong.merge(one, one)).not.toEqual(one);
  });

  it("signed counts do not go up: the state before a decrement undoes it", () => {
    const before = signedCounter.update(signedCounter.initial, 5, { node: 0, number: 1 });
    const after = signedCounter.update(before, -2, { node: 0, number: 2 });
    expect(signedCounter.value(signedCounter.merge(after, before))).toBe(5);
    const right = positiveNegativeCounter();
    const five = right.update(right.initial, 5, { node: 0, number: 1 });
    expect(right.value(right.merge(right.update(five, -2, { node: 0, number: 2 }), five))).toBe(3);
  });

  it("a register without a tie-break is not commutative", () => {
    const wrong = lastWriterWinsRegister<string>({ replaces: (local, remote) => remote.time > local.time });
    const a = wrong.update(wrong.initial, "a", { node: 0, number: 1 });
    const b = wrong.update(wrong.initial, "b", { node: 1, number: 1 });
    expect(wrong.merge(a, b)).not.toEqual(wrong.merge(b, a));
  });
});
