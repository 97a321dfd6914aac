import type { Module, Port } from "../../src/model/index.ts";

/** Facts that a node knows; whoever asks later hears of those that are known. */
export interface Facts extends Port {
  readonly requests: { readonly know: (fact: string) => void };
  readonly indications: { readonly fact: (fact: string) => void };
}

/** To be shared by all who use it in a node. */
export const facts = (): Module<{ provides: Facts; uses: Record<never, never>; state: { known: string[] } }> => ({
  name: "facts",
  source: "a test",
  init: () => ({ known: [] }),
  joined(s, io) {
    for (const fact of s.known) io.up.fact(fact);
  },
  upon: {
    request: {
      know(s, io, fact) {
        s.known.push(fact);
        io.up.fact(fact);
      },
    },
  },
});
