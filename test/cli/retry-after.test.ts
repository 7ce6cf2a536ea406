/** A cloud that asks to come again in a moment: a command that a person gives waits, and does not fail. */

import { startVirtualEasee } from "../../src/simulator/devices/easee/cloud.js";
import { Car } from "../../src/simulator/house/car.js";
import { Evse } from "../../src/simulator/house/evse.js";
import { closeAfterTest } from "../support/test-bench.js";
import { configFile, runCli } from "./support.js";

const id = "EH123456";

async function busyCloud(retryAfter: string) {
  const evse = new Evse({ answerTime: 0 });
  evse.plug(new Car());
  const cloud = closeAfterTest(await startVirtualEasee({ chargers: [{ id, evse }] }));
  const account = { username: "somebody@example.com", password: "correct horse" };
  const block = { name: "Garage", driver: "easee", ...account, chargerId: id };
  const urls = { apiUrl: cloud.apiUrl, streamUrl: cloud.streamUrl };
  const file = configFile({ chargers: [{ ...block, ...urls }] });
  cloud.onRequest(({ path }) => {
    if (!path.includes("/commands/")) return;
    const first = cloud.writes.length === 1;
    cloud.fault = first ? { status: 429, retryAfter } : null;
  });
  return { cloud, set: () => runCli(["set", "Garage", "--current", "10", "--config", file]) };
}

test("a few seconds are waited out", async () => {
  const { cloud, set } = await busyCloud("1");
  expect(await set()).toMatchObject({ code: 0, errors: "" });
  expect(cloud.writes.length).toBeGreaterThanOrEqual(2);
  expect(cloud.box(id).dynamicCurrent).toBe(10);
});

test("minutes are not", async () => {
  const { cloud, set } = await busyCloud("120");
  const said = await set();
  expect(said.code).not.toBe(0);
  expect(said.errors).toContain("asks us to wait (HTTP 429)");
  expect(cloud.writes).toHaveLength(1);
});
