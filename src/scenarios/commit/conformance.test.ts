import { conformance } from "../../../test/conformance/suite.ts";
import { commitScenarios } from "./index.ts";

conformance(commitScenarios);
