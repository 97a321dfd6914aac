import { mutantsAreFound } from "../../../test/conformance/mutants.ts";
import { broadcastMutants, broadcastScenarios } from "./index.ts";

mutantsAreFound(broadcastMutants, broadcastScenarios);
