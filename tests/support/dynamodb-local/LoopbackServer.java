import com.amazonaws.services.dynamodbv2.local.server.LocalDynamoDBRequestHandler;
import com.amazonaws.services.dynamodbv2.local.server.LocalDynamoDBServerHandler;
import java.net.InetSocketAddress;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.handler.ContextHandler;

/**
 * DynamoDB Local in memory, one database for all credentials and regions. Its own main class listens
 * on every interface and has no option against that; this one takes a free port of 127.0.0.1 and
 * prints it. It ends when its standard input does, so never later than the process that started it.
 */
final class LoopbackServer {
    private static final int ANY_FREE_PORT = 0;
    private static final boolean IN_MEMORY = true;
    private static final String NO_PATH = null;
    private static final boolean SHARED = true;
    private static final boolean DELAYS = false;
    private static final String NO_CORS = null;

    public static void main(String[] args) throws Exception {
        var requests = new LocalDynamoDBRequestHandler(0, IN_MEMORY, NO_PATH, SHARED, DELAYS);
        var server = new Server(new InetSocketAddress("127.0.0.1", ANY_FREE_PORT));
        server.setHandler(new ContextHandler(new LocalDynamoDBServerHandler(requests, NO_CORS)));
        server.start();
        System.out.println(server.getURI().getPort());
        while (System.in.read() >= 0) {
            continue; // what is written to it means nothing
        }
        System.exit(0);
    }
}
