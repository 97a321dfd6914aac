import { conformance } from "../../../test/conformance/suite.ts";
import { linksScenarios } from "./index.ts";

conformance(linksScenarios);
