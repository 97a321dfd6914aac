import type { NodeId } from "./ids.ts";
import type { ErasedModule } from "./stack.ts";

/**
 * A timer of an instance with one list of arguments. `due`, `armed`, `generation`, `comesUp` and `order` belong to the
 * host: a timer that is put off often, as elections are at every message, keeps its old place until that comes up.
 */
export interface TimerBox {
  instance: Instance;
  readonly name: string;
  readonly args: readonly unknown[];
  /** Unique on its node: port path, name and arguments. */
  readonly key: string;
  /** A number for the key: which timer a draw of the host is for. */
  readonly identity: number;
  due: number;
  armed: boolean;
  generation: number;
  /** When the host looks at it next; negative where it has no place in what is to come. */
  comesUp: number;
  order: number;
  /** How often it was set: the identity of the host's draws for it. */
  count: number;
  event: number;
}

/** Who hears the indications of an instance: the module above, by the name that it gives the port, and its key. */
export interface User {
  readonly instance: Instance;
  readonly port: string;
  readonly key: number | null;
}

/** One running module of one node. */
export interface Instance {
  readonly path: string;
  readonly keys: readonly number[] | null;
  readonly module: ErasedModule;
  /** `module.whenever`, at hand for the queue. */
  readonly whenever: ErasedModule["whenever"];
  readonly nodes: readonly NodeId[];
  state: object;
  io: object;
  /** Its requests, as the modules above call them. */
  requests: {
    /** Calls the handler at once, within the step of the caller. */
    readonly [name: string]: (...args: readonly unknown[]) => void;
  };
  readonly users: User[];
  readonly shared: boolean;
  /** Positions of its last writes, for early sends. */
  recordPosition: number;
  logPosition: number;
  settledWanted: boolean;
  /** A handler ran since the host last looked: the state may have changed. */
  touched: boolean;
  readonly timers: Map<string, TimerBox>;
  dropped: boolean;
}
