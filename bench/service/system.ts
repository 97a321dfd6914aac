/** One replicated key-value store under measurement: three replicas as processes on this machine, synced to disk. */
export interface System {
  readonly name: string;
  /** Process ids of the replicas that run. */
  readonly pids: () => readonly number[];
  readonly put: (key: string, value: Uint8Array) => Promise<unknown>;
  /** A linearizable read. */
  readonly get: (key: string) => Promise<unknown>;
  /** A read of what one replica has, maybe old. */
  readonly getSerializable: (key: string) => Promise<unknown>;
  /** Kills the leader with SIGKILL; the milliseconds until a put succeeds again. The replica is started again after that. */
  readonly killLeader: () => Promise<number>;
  /** The longest that the event loop of each replica was held since its start. */
  readonly loopHeld?: () => readonly LoopHeld[];
  /** Bytes of the files of the longest log, with what is reserved in them. */
  readonly logBytes?: () => number;
  /**
   * Stops a follower, then reads its log once and starts it until it answers, so often: with its files in the kernel's
   * memory, or from the disk.
   */
  readonly restartFollower?: (from: LogFrom, times: number) => Promise<readonly Restart[]>;
  readonly stop: () => Promise<void>;
}

/** Where the files of a log are when they are read: in the kernel's memory, or on the disk alone. */
export type LogFrom = "memory" | "disk";

/** One start of a stopped replica, beside one reading of all its log by a process that does nothing else. */
export interface Restart {
  readonly logBytes: number;
  readonly readMs: number;
  /** From the start of the process until its log is read and it answers, maybe with nothing. */
  readonly aliveMs: number;
  /** Until it has all that it had before: its last snapshot is restored, what came after is applied. */
  readonly startMs: number;
  /** Processor time that the process had taken by then, in seconds. */
  readonly startCpuSeconds: number;
}

/** How an event loop was held. Milliseconds. */
export interface LoopHeld {
  readonly heldMsMax: number;
  /** The most processor time of its own thread in one of those times; the rest of it waited for a core. */
  readonly ownMsMax: number;
  /** What the collector took of the thread about then. */
  readonly ownCollectingMs: number;
  /** How often the thread itself took more than 20 ms. */
  readonly over20: number;
  /** In how many of these the collector took more than half. */
  readonly over20Collecting: number;
}

/** What a system is started with. */
export interface SystemOptions {
  /** Looks how long event loops are held, which costs a little. */
  readonly watchesLoops?: boolean;
  /** A folder of its own, empty. */
  readonly directory: string;
  /** Connections of the client. */
  readonly connections: number;
}
