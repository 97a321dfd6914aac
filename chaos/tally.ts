import type { End } from "./cluster.ts";
import { exitStorage, type ReplicaReportLine } from "./orders.ts";

/** What has to happen in every run; what happened never was not tested. */
export const counted = [
  "kills of the leader",
  "kills of followers",
  "kills of all at once",
  "pauses of the leader",
  "pauses of followers",
  "cuts of the leader",
  "cuts of followers",
  "full disks",
  "torn tails cut",
  "snapshots taken",
  "snapshots installed",
  "elections",
  "leadership moved",
  "members added",
  "members promoted",
  "members demoted",
  "members removed",
  "requests sent again",
  "commands that came again and were not applied again",
] as const;

/** A fault that struck, or a path that was taken. */
export type Counted = (typeof counted)[number];

const countedMarks: { readonly [mark: string]: Counted } = {
  "a snapshot": "snapshots taken",
  "installs a snapshot": "snapshots installed",
  "a command comes again": "commands that came again and were not applied again",
};

/** Counts what struck and what was done about it, and keeps what should not have happened. */
export class Tally {
  readonly counts: Map<Counted, number> = new Map(counted.map((name) => [name, 0]));
  /** What no replica may do: end without being told, say that another one has another state. */
  readonly wrongs: string[] = [];
  readonly #expected = new Set<number>();
  readonly #terms = new Set<number>();

  add(name: Counted, count = 1): void {
    this.counts.set(name, this.counts.get(name)! + count);
  }

  get zeros(): readonly Counted[] {
    return counted.filter((name) => this.counts.get(name) === 0);
  }

  /** Somebody leads in a term. */
  leads(term: number): void {
    if (this.#terms.has(term)) return;
    this.#terms.add(term);
    this.add("elections");
  }

  /** A rare path of a client. */
  clientMark(name: string): void {
    if (name === "another server is asked") this.add("requests sent again");
  }

  /** A replica is about to be ended. */
  expectEnd(id: number): void {
    this.#expected.add(id);
  }

  report(id: number, line: ReplicaReportLine): void {
    if (line.kind === "mark") {
      const name = countedMarks[line.name];
      if (name !== undefined) this.add(name);
    } else if (line.kind === "event") {
      if (line.name === "torn tail cut") this.add("torn tails cut");
    } else if (line.kind === "diverged")
      this.wrongs.push(`replica ${id}: after entry ${line.index} another replica has another state`);
    else if (line.kind === "failed" && line.code !== "DISK_FULL")
      this.wrongs.push(`replica ${id} failed: ${line.code}: ${line.message}`);
  }

  ended(id: number, { code, signal }: End): void {
    const wasExpected = this.#expected.delete(id);
    if (wasExpected && (signal === "SIGKILL" || code === exitStorage)) return;
    this.wrongs.push(`replica ${id} ended by itself: ${signal === null ? `code ${code}` : signal}`);
  }
}
