import { conformance } from "../../../test/conformance/suite.ts";
import { serviceScenarios } from "./index.ts";

// The rare paths of Raft are taken in its own family.
conformance(serviceScenarios, { elsewhere: ["Raft"] });
