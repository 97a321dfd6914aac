import { mutantsAreFound } from "../../../test/conformance/mutants.ts";
import { serviceMutants, serviceScenarios } from "./index.ts";

mutantsAreFound(serviceMutants, serviceScenarios);
