"""What is in a row of visits? The columns of the Online Shoppers data, under this study's names."""

NUMBERS = (
    "administrative",
    "administrative_duration_s",
    "informational",
    "informational_duration_s",
    "product_related",
    "product_related_duration_s",
    "bounce_rates",
    "exit_rates",
    "page_values",
    "special_day",
)
CATEGORIES = (
    "month",
    "operating_system",
    "browser",
    "region",
    "traffic_type",
    "visitor_type",
    "weekend",
)
FEATURES = (*NUMBERS, *CATEGORIES)
TARGET = "bought"
COLUMNS = (*FEATURES, TARGET)
TRUTH = "purchase_probability"

ONLINE_SHOPPERS_COLUMNS = {
    "Administrative": "administrative",
    "Administrative_Duration": "administrative_duration_s",
    "Informational": "informational",
    "Informational_Duration": "informational_duration_s",
    "ProductRelated": "product_related",
    "ProductRelated_Duration": "product_related_duration_s",
    "BounceRates": "bounce_rates",
    "ExitRates": "exit_rates",
    "PageValues": "page_values",
    "SpecialDay": "special_day",
    "Month": "month",
    "OperatingSystems": "operating_system",
    "Browser": "browser",
    "Region": "region",
    "TrafficType": "traffic_type",
    "VisitorType": "visitor_type",
    "Weekend": "weekend",
    "Revenue": "bought",
}
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
VISITOR_TYPES = ("returning", "new", "other")
SOURCE_VISITOR_TYPES = {"Returning_Visitor": "returning", "New_Visitor": "new", "Other": "other"}
WHOLE = ("administrative", "informational", "product_related", *CATEGORIES[:5])
SHARES = ("bounce_rates", "exit_rates", "special_day")
FLAGS = ("weekend", TARGET)
