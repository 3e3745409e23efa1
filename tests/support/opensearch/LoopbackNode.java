import org.codelibs.opensearch.runner.OpenSearchRunner;
import org.opensearch.http.HttpServerTransport;

/**
 * One OpenSearch node, for tests: listens on 127.0.0.1 only, prints its HTTP port, and ends when its
 * standard input does, so never later than the process that started it. What it holds lies in the
 * folder that is its first argument, and outlives it. The second one is the port, or any free one.
 */
final class LoopbackNode {
    private static final String ANY_FREE_PORT = "0";

    public static void main(String[] args) throws Exception {
        var out = System.out;
        System.setOut(System.err); // what it logs is not the port
        var runner = new OpenSearchRunner();
        runner.onBuild((number, settings) -> {
            settings.put("network.host", "127.0.0.1");
            settings.put("http.port", args.length > 1 ? args[1] : ANY_FREE_PORT);
            settings.put("transport.port", ANY_FREE_PORT);
            settings.put("discovery.type", "single-node");
            settings.put("cluster.routing.allocation.disk.threshold_enabled", "false");
        });
        runner.build(OpenSearchRunner.newConfigs().basePath(args[0]).clusterName("local").numOfNode(1).useLogger());
        var http = runner.node().injector().getInstance(HttpServerTransport.class);
        out.println(http.boundAddress().publishAddress().getPort());
        while (System.in.read() >= 0) {
            continue; // what is written to it means nothing
        }
        runner.close();
        System.exit(0);
    }
}
