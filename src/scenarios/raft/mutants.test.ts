import { mutantsAreFound } from "../../../test/conformance/mutants.ts";
import { raftMutants, raftScenarios } from "./index.ts";

mutantsAreFound(raftMutants, raftScenarios, {
  "raft/R15": 1_090,
  "membership/M1": 582,
  "reads/L6": 1_178,
  "raft/R20": 2_376,
  "reads/L1": 702,
  "reads/L8": 139,
  "snapshot/S1": 578,
});
