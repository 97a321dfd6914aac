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
  /** Stops a follower, reads its log once, and starts it again; until it answers. */
  readonly restartFollower?: <Read>(
    read: (folder: string) => Read,
  ) => Promise<{ readonly read: Read; readonly startMs: number }>;
  readonly stop: () => Promise<void>;
}

/** How an event loop was held. Milliseconds. */
export interface LoopHeld {
  readonly heldMsMax: number;
  /** The most processor time of its own thread in one of those times; the rest of it waited for a core. */
  readonly ownMsMax: number;
  /** How often the thread itself took more than 20 ms. */
  readonly over20: number;
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
