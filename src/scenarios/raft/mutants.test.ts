import { mutantsAreFound } from "../../../test/conformance/mutants.ts";
import { raftMutants, raftScenarios } from "./index.ts";

mutantsAreFound(raftMutants, raftScenarios);
