import type { Port } from "../../model/index.ts";

/**
 * Consensus on one value: every process may propose, the correct ones decide the same (C1–C4).
 *
 * Source: Cachin, Guerraoui, Rodrigues 2011, modules 5.1 and 5.2.
 */
export interface Consensus<V> extends Port {
  readonly requests: { readonly propose: (value: V) => void };
  readonly indications: { readonly decide: (value: V) => void };
}
