/** Any meter that publishes its values over MQTT: the configuration says where each value stands. */

import { z } from "zod";
import { defineMeter } from "../../driver.js";
import { brokerLogin, brokerOption, defaultBroker, topicOption } from "../../options/options.js";
import { namesOfValues, problemsOfNames, problemsOfRoles, valueInJson } from "../../decoding/values.js";
import { MqttMeter } from "./meter.js";

const value = z.strictObject({
  topic: topicOption.describe("MQTT topic that carries it."),
  ...valueInJson,
});

export const mqttMeter = defineMeter({
  kind: "meter",
  driver: "mqtt",
  products: [{ brand: "Any", model: "meter that publishes over MQTT" }],
  needs: [
    "The meter's topics, and a message on each every few seconds: a retained message is not taken for a new value",
  ],
  measures: ["grid"],
  options: z.object({
    url: brokerOption.optional().describe("Address of the MQTT broker; left out: the site's broker."),
    username: z.string().optional().describe("User name at the MQTT broker."),
    password: z.string().optional().describe("Password that belongs to the user name."),
    values: z
      .record(z.string(), value)
      .describe(`Topic of each value, and where it stands in what the topic says: ${namesOfValues}.`),
  }),
  check: ({ values }) => problemsOfNames(values),
  checkMeasures: (measures, { values }) => problemsOfRoles(measures, values),
  connect({ url = defaultBroker, values, measures, ...credentials }, context) {
    return new MqttMeter({ url, login: brokerLogin(credentials), values, measures }, context);
  },
});
