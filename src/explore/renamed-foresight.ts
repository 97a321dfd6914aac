import type { Experience } from "./experience.ts";
import type { Foresight } from "./local-closure.ts";
import type { LocalTransitions } from "./local-transitions.ts";
import type { Symmetry } from "./symmetry.ts";

/**
 * Learns what a renaming makes of everything that is foreseen, before local states stand for others. Where all of it can be
 * renamed, processes are interchangeable in all that may come, also in the steps that a search leaves out; where some step
 * cannot be, the symmetry says so. What searches met of one process is experience of those that could be in its place.
 *
 * Source: Emerson, Jha, Peled 1997, Combining partial order and symmetry reductions.
 */
export const renameForesight = (
  foresight: Foresight,
  local: LocalTransitions,
  symmetry: Symmetry,
  experience: Experience | null,
): void => {
  const done = new Set<number>();
  const open = (): [state: number, event: number][] =>
    foresight.reach.flatMap(({ states }) =>
      states.flatMap((state) =>
        [...foresight.messagesIn(state), ...foresight.ownOf(state)]
          .filter((event) => foresight.has(state, event) && !done.has(local.row(state, event)))
          .map((event): [number, number] => [state, event]),
      ),
    );
  for (let left = open(); left.length > 0; left = open()) {
    const before = done.size;
    for (const [state, event] of left) {
      if (!symmetry.knows(state)) continue;
      symmetry.learnOwn(state);
      if (!symmetry.knows(event)) continue;
      const row = local.row(state, event);
      done.add(row);
      symmetry.learnRow(state, event, row);
      if (symmetry.refusal !== null) return;
      if (experience !== null) for (const [renamed, at] of symmetry.imagesOf(state, event)) experience.add(renamed, at);
    }
    if (done.size === before) return symmetry.refuse("what is foreseen cannot be renamed");
  }
};
