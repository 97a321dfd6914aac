import { conformance } from "../../../test/conformance/suite.ts";
import { generalsScenarios } from "./index.ts";

conformance(generalsScenarios);
