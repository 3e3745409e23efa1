import com.amazonaws.services.schemaregistry.common.AWSDeserializerInput;
import com.amazonaws.services.schemaregistry.common.configs.GlueSchemaRegistryConfiguration;
import com.amazonaws.services.schemaregistry.deserializers.GlueSchemaRegistryDeserializationFacade;
import com.amazonaws.services.schemaregistry.utils.AWSSchemaRegistryConstants;
import com.amazonaws.services.schemaregistry.utils.AvroRecordType;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.File;
import java.io.InputStreamReader;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.Conversions;
import org.apache.avro.Schema;
import org.apache.avro.data.TimeConversions;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericFixed;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.message.BinaryMessageDecoder;
import org.apache.avro.message.MissingSchemaException;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;

/**
 * Frames, read by AWS's own library (glue, the registry's endpoint) or by Apache's (single-object,
 * the schemas' files). Asked and answered as tests/support/foreign/answering.py says.
 */
final class Reader {
    private interface Frames {
        Object read(byte[] frame) throws Exception;
    }

    public static void main(String[] args) throws Exception {
        GenericData.get().addLogicalTypeConversion(new Conversions.DecimalConversion());
        GenericData.get().addLogicalTypeConversion(new TimeConversions.TimestampMicrosConversion());
        var rest = Arrays.copyOfRange(args, 1, args.length);
        var frames = args[0].equals("glue") ? glue(rest[0]) : singleObjects(rest);
        var lines = new BufferedReader(new InputStreamReader(System.in));
        var json = new ObjectMapper();
        for (var line = lines.readLine(); line != null; line = lines.readLine()) {
            var record = (GenericRecord) frames.read(HexFormat.of().parseHex(line));
            if (record.hasField("events")) {
                for (var each : (List<?>) record.get("events")) {
                    var event = (GenericRecord) each;
                    var data = (ByteBuffer) event.get("data");
                    event.put("data", frames.read(bytes(data)));
                }
            }
            System.out.println(json.writeValueAsString(plain(record)));
        }
    }

    private static Frames glue(String endpoint) {
        var configuration = new GlueSchemaRegistryConfiguration(Map.of(
                AWSSchemaRegistryConstants.AWS_REGION, "eu-west-1",
                AWSSchemaRegistryConstants.AWS_ENDPOINT, endpoint,
                AWSSchemaRegistryConstants.AVRO_RECORD_TYPE, AvroRecordType.GENERIC_RECORD.getName()));
        var nobody = StaticCredentialsProvider.create(AwsBasicCredentials.create("local", "local"));
        var facade = new GlueSchemaRegistryDeserializationFacade(configuration, nobody);
        return frame -> facade.deserialize(AWSDeserializerInput.builder()
                .buffer(ByteBuffer.wrap(frame)).transportName("nexus-core-events").build());
    }

    private static Frames singleObjects(String[] files) throws Exception {
        var decoders = new ArrayList<BinaryMessageDecoder<Object>>();
        for (var file : files) {
            var schema = new Schema.Parser().parse(new File(file));
            decoders.add(new BinaryMessageDecoder<>(GenericData.get(), schema));
        }
        return frame -> {
            for (var decoder : decoders) {
                try {
                    return decoder.decode(frame);
                } catch (MissingSchemaException error) {
                    continue; // its fingerprint is another schema's
                }
            }
            throw new IllegalArgumentException("a frame has a fingerprint that no schema has");
        };
    }

    private static Object plain(Object value) {
        if (value instanceof GenericRecord record) {
            var fields = new LinkedHashMap<String, Object>();
            for (var field : record.getSchema().getFields()) {
                fields.put(field.name(), plain(record.get(field.name())));
            }
            return fields;
        } else if (value instanceof List<?> list) {
            return list.stream().map(Reader::plain).toList();
        } else if (value instanceof ByteBuffer buffer) {
            return Map.of("hex", HexFormat.of().formatHex(bytes(buffer)));
        } else if (value instanceof GenericFixed fixed) {
            return Map.of("hex", HexFormat.of().formatHex(fixed.bytes()));
        } else if (value instanceof BigDecimal decimal) {
            return Map.of("decimal", decimal.toPlainString());
        } else if (value instanceof Instant time) {
            return Map.of("micros", ChronoUnit.MICROS.between(Instant.EPOCH, time));
        } else if (value instanceof CharSequence text) {
            return text.toString();
        } else if (value == null || value instanceof Long || value instanceof Boolean) {
            return value;
        }
        throw new IllegalArgumentException(value.getClass() + " is nothing that a reader should give");
    }

    private static byte[] bytes(ByteBuffer buffer) {
        var found = new byte[buffer.remaining()];
        buffer.duplicate().get(found);
        return found;
    }
}
