import pytest

from lochan.glue.api.errors import (
    AlreadyExistsException,
    EntityNotFoundException,
    InvalidInputException,
)

CSV = {"Name": "books", "Delimiter": ";", "QuoteSymbol": '"', "ContainsHeader": "PRESENT"}


@pytest.fixture
def books(call):
    call("CreateClassifier", CsvClassifier=CSV)
    return "books"


def test_classifier_is_kept_with_its_kind_and_version(call, books, state):
    now = state.now()
    found = call("GetClassifier", Name=books)["Classifier"]
    assert found == {
        "CsvClassifier": {**CSV, "CreationTime": now, "LastUpdated": now, "Version": 1}
    }


def test_every_kind_is_listed_by_name(call, books):
    call("CreateClassifier", JsonClassifier={"Name": "areas", "JsonPath": "$[*]"})
    call("CreateClassifier", XMLClassifier={"Name": "x", "Classification": "xml", "RowTag": "r"})
    grok = {"Name": "logs", "Classification": "l", "GrokPattern": "%{GREEDYDATA:m}"}
    call("CreateClassifier", GrokClassifier=grok)
    first = call("GetClassifiers", MaxResults=3)
    rest = call("GetClassifiers", NextToken=first["NextToken"])
    listed = [*first["Classifiers"], *rest["Classifiers"]]
    assert [next(iter(known)) for known in listed] == [
        "JsonClassifier",
        "CsvClassifier",
        "GrokClassifier",
        "XMLClassifier",
    ]


def test_update_keeps_what_it_leaves_out(call, books):
    call("UpdateClassifier", CsvClassifier={"Name": books, "Header": ["isbn", "title"]})
    found = call("GetClassifier", Name=books)["Classifier"]["CsvClassifier"]
    assert (found["Delimiter"], found["Header"], found["Version"]) == (";", ["isbn", "title"], 2)


def test_classifier_does_not_change_its_kind(call, books):
    with pytest.raises(InvalidInputException, match="is a CsvClassifier and cannot become a Json"):
        call("UpdateClassifier", JsonClassifier={"Name": books, "JsonPath": "$"})


def test_name_is_unique_among_all_kinds(call, books):
    with pytest.raises(AlreadyExistsException, match="books already exists"):
        call("CreateClassifier", JsonClassifier={"Name": books, "JsonPath": "$"})


def test_deleted_classifier_is_gone(call, books):
    call("DeleteClassifier", Name=books)
    with pytest.raises(EntityNotFoundException, match="Classifier books not found"):
        call("GetClassifier", Name=books)


@pytest.mark.parametrize(
    ("request_", "complaint"),
    [
        ({}, "none was given"),
        (
            {"CsvClassifier": CSV, "JsonClassifier": {"Name": "b", "JsonPath": "$"}},
            "JsonClassifier and CsvClassifier was given",
        ),
        ({"CsvClassifier": {**CSV, "QuoteSymbol": ";"}}, "must be different from Delimiter"),
        ({"CsvClassifier": {**CSV, "CustomDatatypes": ["MONEY"]}}, "has 'MONEY'"),
        (
            {"CsvClassifier": {**CSV, "Header": ["a", "b"], "CustomDatatypes": ["INT"]}},
            "1 types for the 2 columns",
        ),
        ({"JsonClassifier": {"Name": "j", "JsonPath": "a.b"}}, "must begin with"),
    ],
)
def test_senseless_classifier_is_refused(call, request_, complaint):
    with pytest.raises(InvalidInputException, match=complaint):
        call("CreateClassifier", **request_)
