/** What `NodeMachine.volatile` gives: all that a node is beside its disk. Plain data; those by path are path and value. */
export interface VolatileImage {
  /** The members of families, by the path of the family. */
  readonly members: readonly (readonly [path: string, key: number])[];
  /** Up to where families have forgotten their members. */
  readonly forgotten: readonly (readonly [path: string, below: number])[];
  readonly states: readonly (readonly [path: string, state: object])[];
  /** Who wants to know when no more input is at hand. */
  readonly settling: readonly string[];
  /** Positions of the last write of a record and of a log, for each of the states. */
  readonly positions: readonly (readonly [record: number, log: number])[];
  readonly issued: number;
}
