import { mutantsAreFound } from "../../../test/conformance/mutants.ts";
import { replicationMutants, replicationScenarios } from "./index.ts";

mutantsAreFound(replicationMutants, replicationScenarios);
