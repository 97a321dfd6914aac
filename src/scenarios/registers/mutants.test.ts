import { mutantsAreFound } from "../../../test/conformance/mutants.ts";
import { registersMutants, registersScenarios } from "./index.ts";

mutantsAreFound(registersMutants, registersScenarios);
