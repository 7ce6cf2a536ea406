import {
  decisionReport,
  reportDecisions,
  type DecisionReport,
} from "../../../src/integrations/demo/decision-report.js";
import { FakeSite, view } from "../homekit/support.js";

test("what is decided goes out as a message that the other side can parse", () => {
  const site = new FakeSite(view());
  const sent: DecisionReport[] = [];
  const end = reportDecisions(site, (report) => sent.push(report));
  site.change({});
  expect(sent).toEqual([]);

  const decision = { allowCharging: true, current: 10, phases: 1, reasons: [{ code: "fast-mode" }] } as const;
  site.change({ decision });
  const report = { charger: "Garage", allowCharging: true, text: "10 A on one phase: fast charging" };
  expect(sent).toEqual([{ id: "evChargingDecision", ...report }]);
  expect(decisionReport.parse(JSON.parse(JSON.stringify(sent[0])))).toEqual(sent[0]);

  end();
  site.change({ decision });
  expect(sent).toHaveLength(1);
});
