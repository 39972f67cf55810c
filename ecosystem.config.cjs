/**
 * All processes of the service under PM2, on one server: `pm2 start ecosystem.config.cjs`, then `pm2 save`.
 *
 * The environment comes from `.env` in this folder (see README's table), BUSBAR_KEYS among it; what stands in `env` here wins over it. Redis is not among
 * these processes: it has an operator of its own, such as systemd. Until `.env` says BUSBAR_SEND=live, the workers send to a mailroom:
 * run one beside them with `pm2 start bin/busbar.mjs --name busbar-mailroom -- mailroom`.
 *
 * A stop finishes what is under way: the server drains for 2 s and ends connections after 5 s more, roles are given 30 s at most. A
 * process that is killed before that loses nothing either, but what it was sending may be sent twice.
 */
const shared = {
  cwd: __dirname,
  script: "bin/busbar.mjs",
  exec_mode: "fork",
  kill_timeout: 40_000,
  // A process that cannot start, because Redis is away or a setting is wrong, is tried again ever more slowly.
  exp_backoff_restart_delay: 500,
  time: false,
};

module.exports = {
  apps: [
    { ...shared, name: "busbar-router", args: ["start", "--only", "router"], env: { WORKER_HEALTH_CHECK_PORT: "4001" } },
    {
      ...shared,
      name: "busbar-workers",
      args: ["start", "--only", "workers"],
      instances: 2,
      // The second instance answers probes at the next port, 4003.
      increment_var: "WORKER_HEALTH_CHECK_PORT",
      env: { WORKER_HEALTH_CHECK_PORT: "4002" },
    },
    { ...shared, name: "busbar-server", args: ["start", "--only", "server"] },
  ],
};
