// Slack's dates in text: <!date^seconds^format|what to show otherwise>, which each
// reader sees by the own clock.

const one = (options) => (d) => d.toLocaleDateString("en-US", options);
const short = one({ month: "short", day: "numeric", year: "numeric" });
const middle = one({ month: "long", day: "numeric", year: "numeric" });
const long = one({ weekday: "long", month: "long", day: "numeric", year: "numeric" });
const clock = (d) => d.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });

// pretty says today, yesterday and tomorrow.
function pretty(other) {
  return (d) => {
    const day = (offset) => { const n = new Date(); n.setDate(n.getDate() + offset); return n.toDateString(); };
    const near = { [day(0)]: "today", [day(-1)]: "yesterday", [day(1)]: "tomorrow" };
    return near[d.toDateString()] || other(d);
  };
}

const tokens = {
  date_num: (d) => d.getFullYear() + "-" + String(d.getMonth() + 1).padStart(2, "0") + "-" + String(d.getDate()).padStart(2, "0"),
  date: middle, date_short: short, date_long: long,
  date_pretty: pretty(middle), date_short_pretty: pretty(short), date_long_pretty: pretty(long),
  time: clock, time_secs: (d) => d.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", second: "2-digit" }),
};

// date writes !date^seconds^format; the fallback when that cannot be read.
export function date(body, fallback) {
  const [, seconds, format] = body.split("^");
  const d = new Date(Number(seconds) * 1000);
  const known = /\{(\w+)\}/g;
  if (!format || !seconds || isNaN(d) || [...format.matchAll(known)].some((m) => !Object.hasOwn(tokens, m[1]))) return fallback;
  return format.replace(known, (_, name) => tokens[name](d));
}
