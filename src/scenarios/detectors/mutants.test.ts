import { mutantsAreFound } from "../../../test/conformance/mutants.ts";
import { detectorsMutants, detectorsScenarios } from "./index.ts";

mutantsAreFound(detectorsMutants, detectorsScenarios);
