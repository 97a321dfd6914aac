import { mutantsAreFound } from "../../../test/conformance/mutants.ts";
import { linksMutants, linksScenarios } from "./index.ts";

mutantsAreFound(linksMutants, linksScenarios);
