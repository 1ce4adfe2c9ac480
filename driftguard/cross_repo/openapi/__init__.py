"""What a change of an OpenAPI document (Swagger 2.0, OpenAPI 3.0 and 3.1) breaks, rule by rule."""
