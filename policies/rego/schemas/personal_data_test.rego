package nexus.schemas.personal_data_test

import rego.v1

import data.nexus.schemas.fixtures_test as fixtures
import data.nexus.schemas.personal_data

messages := {finding.msg | some finding in personal_data.deny}

named(name) := fixtures.with_field({"name": name, "type": "string", "doc": "More."})

marked(type, mark) := fixtures.with_field({
	"name": "address", "type": type,
	"doc": "Where to.", "personal": mark,
})

impersonal := object.union(fixtures.with_word({"subject": null}), {"fields": [fixtures.schema.fields[0]]})

test_marked_data_pass if count(personal_data.deny) == 0 with input as fixtures.schema

test_a_schema_without_personal_fields_passes if count(personal_data.deny) == 0 with input as impersonal

test_suspicious_names_are_denied if {
	every name in {
		"contactEmail", "eMail", "phone", "mobileNumber", "faxNumber", "billingAddress", "street",
		"postCode", "zip", "dateOfBirth", "birthday", "age", "gender", "firstName", "surname",
		"userName", "name", "recipientName", "ssn", "customerSSN", "taxId", "passportNumber", "iban",
		"cardNumber", "ip", "clientIp", "ipAddress", "userAgent", "latitude", "photo", "signature", "receivedBy", "contact",
	} {
		messages == {sprintf(
			"nexus.orders.OrderPlaced %s sounds personal and does not say whether it is: %s",
			[name, "mark it with personal, true or false"],
		)} with input as named(name)
	}
}

test_further_names_are_denied if {
	every name in {
		"names", "customerNames", "customername", "mail", "mailbox", "msisdn", "whatsapp", "tel", "dob",
		"sex", "ethnicity", "diagnosis", "salary", "bankAccount", "creditCard", "pan", "imei", "password",
	} {
		count(personal_data.deny) == 1 with input as named(name)
	}
}

test_so_are_other_names_of_it if {
	record := {"type": "record", "name": "Address", "doc": "One.", "fields": [{"name": "line", "type": "string", "doc": "One."}]}
	count(personal_data.deny) == 1 with input as fixtures.with_type(record)
	count(personal_data.deny) == 1 with input as fixtures.with_type(["null", {"type": "array", "items": record}])
	count(personal_data.deny) == 1 with input as object.union(
		fixtures.schema,
		{"fields": array.concat(fixtures.schema.fields, [{"name": "code", "type": "string", "doc": "One.", "aliases": ["email"]}])},
	)
}

test_other_names_are_not_suspicious if {
	every name in {
		"orderId", "personId", "quantity", "trackingNumber", "carrier", "zipped", "shipment",
		"classNumber", "package", "storage", "filenames", "description", "tip", "recipe",
	} {
		count(personal_data.deny) == 0 with input as named(name)
	}
}

test_a_judged_name_passes if {
	every mark in [true, false] {
		count(personal_data.deny) == 0 with input as marked("string", mark)
	}
}

test_another_mark_is_denied if {
	every mark in [null, 1, "true", []] {
		messages == {"nexus.orders.OrderPlaced address is marked with neither true nor false"} with input as marked("string", mark)
	}
}

test_ciphertext_fits_a_personal_field if {
	every type in ["string", "bytes", ["null", "string"], ["null", "bytes"]] {
		count(personal_data.deny) == 0 with input as marked(type, true)
	}
	every type in ["long", ["string", "null"], {"type": "array", "items": "string"}] {
		count(personal_data.deny) == 1 with input as marked(type, true)
		count(personal_data.deny) == 0 with input as marked(type, false)
	}
}

test_only_the_events_own_fields_are_personal if {
	inner := {"type": "record", "name": "Gift", "doc": "One.", "fields": [{
		"name": "recipient",
		"type": "string", "doc": "Who.", "personal": true,
	}]}
	messages == {"nexus.orders.OrderPlaced more.recipient is personal: only fields of the event itself can be"} with input as fixtures.with_type(inner)
}

test_the_subject_is_said if {
	words := object.remove(fixtures.schema.nexus, ["subject"])
	question := object.union(object.remove(fixtures.schema, ["nexus"]), {"nexus": words})
	messages == {"nexus.orders.OrderPlaced does not say who is its subject: a field, or null"} with input as question
}

test_personal_fields_have_a_subject if {
	messages == {"nexus.orders.OrderPlaced has personal fields and names no subject: whose are they?"} with input as fixtures.with_word({"subject": null})
}

test_the_subject_identifies if {
	every subject in ["email", "lines", "personId", "", 1, true, ["customerId"]] {
		count(personal_data.deny) == 1 with input as fixtures.with_word({"subject": subject})
	}
}

test_personal_fields_are_confidential_and_on_core if {
	messages == {"nexus.orders.OrderPlaced has personal fields, so it has to be confidential or restricted"} with input as fixtures.with_word({"classification": "internal"})
	messages == {"nexus.orders.OrderPlaced has personal fields and may not travel on the secondary path"} with input as fixtures.with_word({"propagation": "secondary"})
}

test_a_waived_schema_passes if {
	count(personal_data.deny) == 0 with input as named("email2")
		with data.gates.waivers as [fixtures.waiver("schemas.personal_data")]
}
