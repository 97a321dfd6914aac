import type { Port } from "../../model/index.ts";

/**
 * Consensus on one value: every process may propose, the correct ones decide the same (C1–C4).
 *
 * Source: Cachin, Guerraoui, Rodrigues 2011, modules 5.1 and 5.2.
 */
export interface Consensus<V> extends Port {
  readonly requests: {
    /** At most once a process. Another value than this one may be decided. */
    readonly propose: (value: V) => void;
  };
  readonly indications: {
    /** A value that somebody proposed (C2), at most once (C3), the same everywhere (C4). */
    readonly decide: (value: V) => void;
  };
}
