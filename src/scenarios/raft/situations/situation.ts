import type { RaftOptions } from "../../../protocols/index.ts";

/** A situation of Raft, played by hand from its first line to its last. */
export interface Situation {
  /** Names it for `quorate play`, and its file with the expected trace. */
  readonly name: string;
  /** What is to be seen, in a sentence. */
  readonly title: string;
  /** The situation that another project's tests or a paper have, and how this one differs where it does. */
  readonly like: string;
  readonly servers: number;
  readonly options?: RaftOptions<string>;
  /** Safety properties that break in it, where it has a rule that is wrong. */
  readonly breaks?: readonly string[];
  /** The play; `actions.ts` and `claims.ts` have what a line may say. */
  readonly play: string;
}
