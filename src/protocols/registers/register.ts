import type { Port } from "../../model/index.ts";

/**
 * A shared register in all its strengths: safe, regular, atomic (Lamport 1986, On Interprocess Communication; Cachin,
 * Guerraoui, Rodrigues 2011, chapter 4). The port is the same, the properties differ. One operation at a time is open at
 * a process. A register that was never written reads null.
 */
export interface Register<V> extends Port {
  readonly requests: {
    /** Starts a read, which ends with `readReturn`. */
    readonly read: () => void;
    /** Starts a write, which ends with `writeReturn`. What a read meanwhile returns is a matter of strength. */
    readonly write: (value: V) => void;
  };
  readonly indications: {
    /** Null where nothing was written. */
    readonly readReturn: (value: V | null) => void;
    /** The open write is over. */
    readonly writeReturn: () => void;
  };
}

/**
 * A register with compare-and-set: `cas` takes effect exactly when the register holds `expected`, and says whether it
 * did. No read/write register gives it (Herlihy 1991, Wait-Free Synchronization: consensus number ∞ against 1).
 */
export interface CompareAndSetRegister<V> extends Port {
  readonly requests: {
    /** Starts a read, which ends with `readReturn`. */
    readonly read: () => void;
    /** Starts a write whatever the register holds; it ends with `writeReturn`. */
    readonly write: (value: V) => void;
    /** Starts a write that depends on what the register holds; it ends with `casReturn`. */
    readonly cas: (expected: V | null, value: V) => void;
  };
  readonly indications: {
    /** Null where nothing was written. */
    readonly readReturn: (value: V | null) => void;
    /** The open write took effect. */
    readonly writeReturn: () => void;
    /** Whether `expected` was there, and so the write took effect. */
    readonly casReturn: (done: boolean) => void;
  };
}
