using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace ModelOps.Monitor.Quality.Migrations
{
    /// <inheritdoc />
    public partial class Outcomes : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "assist_answers",
                columns: table => new
                {
                    store = table.Column<string>(type: "text", nullable: false),
                    token = table.Column<string>(type: "text", nullable: false),
                    model = table.Column<string>(type: "text", nullable: false),
                    version = table.Column<int>(type: "integer", nullable: false),
                    arm = table.Column<string>(type: "text", nullable: false),
                    time = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    shopper = table.Column<long>(type: "bigint", nullable: false),
                    is_assigned = table.Column<bool>(type: "boolean", nullable: false),
                    way = table.Column<string>(type: "text", nullable: false),
                    is_out_of_scope = table.Column<bool>(type: "boolean", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_assist_answers", x => new { x.store, x.token });
                });

            migrationBuilder.CreateTable(
                name: "searches",
                columns: table => new
                {
                    store = table.Column<string>(type: "text", nullable: false),
                    token = table.Column<string>(type: "text", nullable: false),
                    model = table.Column<string>(type: "text", nullable: false),
                    version = table.Column<int>(type: "integer", nullable: false),
                    arm = table.Column<string>(type: "text", nullable: false),
                    time = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    shopper = table.Column<long>(type: "bigint", nullable: false),
                    is_assigned = table.Column<bool>(type: "boolean", nullable: false),
                    form = table.Column<long>(type: "bigint", nullable: false),
                    page = table.Column<int>(type: "integer", nullable: false),
                    found = table.Column<int>(type: "integer", nullable: false),
                    place = table.Column<int>(type: "integer", nullable: true),
                    followed = table.Column<short>(type: "smallint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_searches", x => new { x.store, x.token });
                });

            migrationBuilder.CreateIndex(
                name: "ix_assist_answers_store_model_time",
                table: "assist_answers",
                columns: new[] { "store", "model", "time" });

            migrationBuilder.CreateIndex(
                name: "ix_assist_answers_store_shopper",
                table: "assist_answers",
                columns: new[] { "store", "shopper" });

            migrationBuilder.CreateIndex(
                name: "ix_assist_answers_store_time",
                table: "assist_answers",
                columns: new[] { "store", "time" });

            migrationBuilder.CreateIndex(
                name: "ix_searches_store_time",
                table: "searches",
                columns: new[] { "store", "time" });

            migrationBuilder.CreateIndex(
                name: "ix_searches_store_model_time",
                table: "searches",
                columns: new[] { "store", "model", "time" });

            migrationBuilder.CreateIndex(
                name: "ix_searches_store_shopper_time",
                table: "searches",
                columns: new[] { "store", "shopper", "time" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "assist_answers");

            migrationBuilder.DropTable(
                name: "searches");
        }
    }
}
