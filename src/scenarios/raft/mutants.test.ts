import { mutantsAreFound } from "../../../test/conformance/mutants.ts";
import { raftMutants, raftScenarios } from "./index.ts";

mutantsAreFound(raftMutants, raftScenarios, {
  "raft/R15": 1_090,
  "membership/M1": 582,
  "reads/L6": 1_178,
  "reads/L1": 702,
  "snapshot/S1": 578,
});
