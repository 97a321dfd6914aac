import { conformance } from "../../../test/conformance/suite.ts";
import { convergenceScenarios } from "./index.ts";

conformance(convergenceScenarios);
