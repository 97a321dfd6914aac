import type { ChannelTable } from "../model/index.ts";
import type { Agenda } from "./agenda.ts";
import type { Chronicle } from "./chronicle.ts";
import type { Recorder } from "./recorder.ts";
import type { RunInput } from "./run-input.ts";
import type { SimulatedNode } from "./simulated-node.ts";
import type { Workload } from "./workload.ts";

/** What the parts of one run share. */
export interface World {
  readonly input: RunInput;
  readonly agenda: Agenda;
  readonly nodes: readonly SimulatedNode[];
  readonly recorder: Recorder;
  readonly chronicle: Chronicle;
  readonly workload: Workload;
  readonly channels: ChannelTable;
  /** The event that is being handled: what is sent now has it as its cause. */
  cause: number;
  /** Faults are over; from here on progress is owed. */
  healed: boolean;
}
