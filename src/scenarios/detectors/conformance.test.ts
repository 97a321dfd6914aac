import { conformance } from "../../../test/conformance/suite.ts";
import { detectorsScenarios } from "./index.ts";

conformance(detectorsScenarios);
