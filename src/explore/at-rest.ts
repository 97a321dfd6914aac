import { type Choices, clone, equal } from "../model/index.ts";
import type { NodeImage } from "./node-image.ts";
import { NodeStep, type StepOptions } from "./node-step.ts";

/** Whoever draws does something. */
const noDraws = {
  below: () => {
    throw new Error("it draws");
  },
} as unknown as Choices;

const settlingOf = ({ volatile }: NodeImage): readonly string[] =>
  (volatile as { readonly settling: readonly string[] } | null)?.settling ?? [];

/**
 * A process that would do nothing at all if it were told that no more input is at hand, as if it had been told. What a
 * module does then depends on its own state and disk alone, and each handler that may change those asks anew to be told: so
 * it would do nothing later either, and only the telling would have doubled the states.
 */
export const atRest = (options: StepOptions, image: NodeImage): NodeImage => {
  if (settlingOf(image).length === 0) return image;
  const step = new NodeStep({ ...options, looksInside: true, narrates: false }, clone(image), noDraws);
  const rested: NodeImage = { ...image, volatile: { ...(image.volatile as object), settling: [] } };
  try {
    const after = step.run({ kind: "settle" });
    return step.happenings.length === 0 && equal(after, rested) ? rested : image;
  } catch {
    // What it does there the search itself will say.
    return image;
  }
};
