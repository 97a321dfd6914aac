import { mutantsAreFound } from "../../../test/conformance/mutants.ts";
import { convergenceMutants, convergenceScenarios } from "./index.ts";

mutantsAreFound(convergenceMutants, convergenceScenarios);
