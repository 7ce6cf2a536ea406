import { brokerOption, hostOption, portOption, topicOption } from "../../src/drivers/options/options.js";

test.each([
  "192.168.1.36",
  "garage.local",
  "go-echarger_012345",
  "wallbox",
  "wallbox.",
  "fe80::1",
  "::1",
  "2001:db8::36",
])("%s is a host", (host) => expect(hostOption.parse(host)).toBe(host));

test.each([
  ["", "nothing"],
  [" ", "a blank"],
  ["my box", "a blank inside"],
  ["http://192.168.1.36", "a scheme"],
  ["192.168.1.36/status", "a path"],
  ["192.168.1.36:80", "a port"],
  ["bad:80", "a port behind a name of hexadecimal letters"],
  ["user@192.168.1.36", "a user"],
  ["user:password@box", "credentials"],
  ["box?x", "a query"],
  ["box#x", "a fragment"],
  ["a\\b", "a backslash"],
  ["192.168.1.300", "an address that there is not"],
  ["1:2:3", "half an address"],
  ["box\n", "a line break"],
  ["%31", "an escape"],
])("%j is no host: %s", (host) => {
  const parsed = hostOption.safeParse(host);
  expect(parsed.error?.issues[0]?.message).toMatch(/name or an IP address/);
});

test.each([1, 80, 65_535])("%i is a port", (port) => expect(portOption(80).parse(port)).toBe(port));

test.each([0, -1, 65_536, 80.5, "80", null])("%p is no port", (port) =>
  expect(portOption(80).safeParse(port).success).toBe(false),
);

test.each(["mqtt://127.0.0.1:1883", "mqtts://broker.local", "mqtt://[::1]:1883/"])("%s is a broker", (url) =>
  expect(brokerOption.parse(url)).toBe(url),
);

test.each(["127.0.0.1", "http://broker", "mqtt://user:secret@broker", "mqtt://", "mqtt://a b", "mqtt://a:99999"])(
  "%s is no broker",
  (url) => expect(brokerOption.safeParse(url).success).toBe(false),
);

test.each(["shellies/shellyem3-AABBCC", "a"])("%s is a topic", (topic) => expect(topicOption.parse(topic)).toBe(topic));

test.each(["", "/a", "a/", "a//b", "a/+", "a/#", "a b"])("%j is no topic", (topic) =>
  expect(topicOption.safeParse(topic).success).toBe(false),
);
