import { mutantsAreFound } from "../../../test/conformance/mutants.ts";
import { commitMutants, commitScenarios } from "./index.ts";

mutantsAreFound(commitMutants, commitScenarios);
