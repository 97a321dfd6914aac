import { conformance } from "../../../test/conformance/suite.ts";
import { byzantineScenarios } from "./index.ts";

conformance(byzantineScenarios);
